/**
 * Values: what a cluster is. {@link dev.walden.cluster.SystemIdentifier}, {@link
 * dev.walden.cluster.PgVersion}, and {@link dev.walden.cluster.ClusterIdentity}, which holds both.
 */
package dev.walden.cluster;
