/**
 * Effects: WAL that the archive lacks along the path of a server. {@code WalRepair} fetches what
 * the server still has and records the rest as gaps.
 */
package dev.walden.server.receive.repair;
