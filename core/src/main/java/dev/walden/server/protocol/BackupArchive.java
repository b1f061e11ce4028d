package dev.walden.server.protocol;

import java.io.InputStream;
import java.util.Optional;

/**
 * One tar archive of a base backup.
 *
 * @param tablespaceOid the tablespace in it; empty for the data directory
 * @param content the archive, valid until the next one; its end does not yet mean that the backup
 *     is good
 */
public record BackupArchive(Optional<Long> tablespaceOid, InputStream content) {}
