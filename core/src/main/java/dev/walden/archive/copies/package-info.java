/**
 * Effects: one archive on several storages. {@link dev.walden.archive.copies.CopiedStorage} is a
 * storage made of others; {@link dev.walden.archive.copies.CopyStatus} tells how each of them is,
 * and {@link dev.walden.archive.copies.RepairReport} what a repair has done.
 */
package dev.walden.archive.copies;
