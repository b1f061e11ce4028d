package dev.walden.server.protocol;

import java.util.OptionalLong;

/**
 * A tablespace of a base backup, other than the data directory.
 *
 * @param location its directory on the server
 * @param estimatedKilobytes its size in KiB, if requested
 */
public record BackupTablespace(long oid, String location, OptionalLong estimatedKilobytes) {}
