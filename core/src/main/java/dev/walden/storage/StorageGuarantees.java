package dev.walden.storage;

/**
 * What a storage promises beyond {@link Storage}'s contract.
 *
 * @param conditionalCommit whether {@link ObjectWriter#commit} fails when the name is taken. Where
 *     false, a commit onto a taken name may replace what is there, so only names that are unique to
 *     their run may be written that way.
 */
public record StorageGuarantees(boolean conditionalCommit) {}
