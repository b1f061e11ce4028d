/**
 * Effects: read-only queries to a server. {@link dev.walden.server.inspect.ServerIdentity}
 * identifies its cluster.
 */
package dev.walden.server.inspect;
