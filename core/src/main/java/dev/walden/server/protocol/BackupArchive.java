package dev.walden.server.protocol;

import java.io.InputStream;
import java.util.Optional;

/**
 * One tar of a base backup.
 *
 * @param tablespaceOid the tablespace in it; empty for the data directory
 * @param content the tar, valid until the next archive is asked for; that it ends does not yet mean
 *     that the backup is good
 */
public record BackupArchive(Optional<Long> tablespaceOid, InputStream content) {}
