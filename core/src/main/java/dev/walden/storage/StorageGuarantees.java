package dev.walden.storage;

/**
 * The guarantees of a storage beyond {@link Storage}'s contract.
 *
 * @param conditionalCommit whether {@link ObjectWriter#commit} fails when the name is taken. If
 *     false, a commit to a taken name may replace its object, so only names unique to their run may
 *     be written that way.
 */
public record StorageGuarantees(boolean conditionalCommit) {}
