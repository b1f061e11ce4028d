/**
 * The SPI for storages of an archive's objects. Start at {@link dev.walden.storage.Storage}, whose
 * documentation is the contract.
 */
@NullMarked
package dev.walden.storage;

import org.jspecify.annotations.NullMarked;
