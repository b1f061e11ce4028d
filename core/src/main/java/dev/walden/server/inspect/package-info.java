/**
 * Effects: questions to a server that change nothing. {@link
 * dev.walden.server.inspect.ServerIdentity} tells which cluster it is.
 */
package dev.walden.server.inspect;
