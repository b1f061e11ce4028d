/**
 * Transforms: plain bytes to stored bytes and back, by compression (zstd, gzip) and encryption
 * (age). In reading order:
 *
 * <ul>
 *   <li>{@link dev.walden.codec.Codec}: how objects are written, composed of {@link
 *       dev.walden.codec.Compression}, {@link dev.walden.codec.Encryption} and {@link
 *       dev.walden.codec.ZstdSettings}.
 *   <li>{@link dev.walden.codec.EncodingOutputStream}: writes an object; only {@code finish()}
 *       completes it.
 *   <li>{@link dev.walden.codec.Decoder}: reads an object by the suffixes of its name, with {@link
 *       dev.walden.codec.DecryptionKeys}.
 *   <li>{@link dev.walden.codec.AgeRecipient}, {@link dev.walden.codec.AgeIdentity}, {@link
 *       dev.walden.codec.AgeIdentityFile}, {@link dev.walden.codec.AgePassphrase}: keys.
 *   <li>{@link dev.walden.codec.WriterKey}, {@link dev.walden.codec.WriterPublicKey}, {@link
 *       dev.walden.codec.TrustedWriters}: who signs what an object claims to be ({@link
 *       dev.walden.codec.Claim}), and who is believed.
 *   <li>{@link dev.walden.codec.Decompressor}: reads what other tools compressed.
 * </ul>
 *
 * <p>The commands {@code age}, {@code zstd} and {@code gzip} read everything written here, and vice
 * versa.
 */
@NullMarked
package dev.walden.codec;

import org.jspecify.annotations.NullMarked;
