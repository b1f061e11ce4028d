/**
 * Effects: read-only queries to a server. {@link dev.walden.server.inspect.ServerIdentity}
 * identifies its cluster.
 */
@NullMarked
package dev.walden.server.inspect;

import org.jspecify.annotations.NullMarked;
