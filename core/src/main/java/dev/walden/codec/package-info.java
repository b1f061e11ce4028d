/**
 * A transform: stored bytes from plain bytes and back, by compression (zstd, gzip) and encryption
 * (age). Read it in this order:
 *
 * <ul>
 *   <li>{@link dev.walden.codec.Codec}: what is done to an object when it is written; it is made of
 *       {@link dev.walden.codec.Compression}, {@link dev.walden.codec.Encryption} and {@link
 *       dev.walden.codec.ZstdSettings}.
 *   <li>{@link dev.walden.codec.EncodingOutputStream}: writing an object; only {@code finish()}
 *       makes it complete.
 *   <li>{@link dev.walden.codec.Decoder}: reading one, by the suffixes of its name, with {@link
 *       dev.walden.codec.DecryptionKeys}.
 *   <li>{@link dev.walden.codec.AgeRecipient}, {@link dev.walden.codec.AgeIdentity}, {@link
 *       dev.walden.codec.AgeIdentityFile}, {@link dev.walden.codec.AgePassphrase}: keys.
 *   <li>{@link dev.walden.codec.Decompressor}: reading what other tools compressed.
 * </ul>
 *
 * <p>Everything written here is read by the commands {@code age}, {@code zstd} and {@code gzip},
 * and the other way round.
 */
package dev.walden.codec;
