/**
 * Effects: one archive on several storages. {@link dev.walden.storage.copies.CopiedStorage}
 * combines storages; {@link dev.walden.storage.copies.CopyStatus} is the status of each, and {@link
 * dev.walden.storage.copies.RepairReport} the outcome of a repair.
 */
@NullMarked
package dev.walden.storage.copies;

import org.jspecify.annotations.NullMarked;
