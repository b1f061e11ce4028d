/**
 * Values: the identity and state of a cluster. {@link dev.walden.cluster.SystemIdentifier}, {@link
 * dev.walden.cluster.PgVersion}, {@link dev.walden.cluster.ClusterIdentity}, which holds both, and
 * {@link dev.walden.cluster.ControlFile}.
 */
@NullMarked
package dev.walden.cluster;

import org.jspecify.annotations.NullMarked;
