/**
 * Effects: WAL that the archive lacks along the path of a server. {@code WalRepair} fetches what
 * the server still has and records the rest as gaps. {@code ServerWalSource} reads what a server
 * has of a segment.
 */
@NullMarked
package dev.walden.server.receive.repair;

import org.jspecify.annotations.NullMarked;
