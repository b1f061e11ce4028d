/**
 * Effects: one archive on several storages. {@link dev.walden.storage.copies.CopiedStorage} is a
 * storage made of others; {@link dev.walden.storage.copies.CopyStatus} tells how each of them is,
 * and {@link dev.walden.storage.copies.RepairReport} what a repair has done.
 */
package dev.walden.storage.copies;
