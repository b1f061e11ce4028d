package dev.walden.archive.objects;

import dev.walden.NotArchivedException;
import dev.walden.backup.ObjectDigest;
import dev.walden.codec.Decoder;
import dev.walden.codec.TrustedWriters;
import dev.walden.codec.WriterKey;
import dev.walden.storage.ObjectSource;
import dev.walden.storage.Storage;
import dev.walden.storage.Storage.PutOutcome;
import dev.walden.storage.StoredObject;
import dev.walden.storage.reading.PagedListing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The objects of an archive, plain ones with their digests. A plain object (stored as it is, which
 * its name tells) carries no checksum, so its SHA-256 lies beside it. The digest is written last:
 * an object without one was never acknowledged, and does not count. Objects that are compressed or
 * encrypted carry checksums, and count by themselves.
 *
 * @param signer who signs the digests, if somebody does
 * @param writers who must have signed them
 */
public record PlainObjects(Storage storage, Optional<WriterKey> signer, TrustedWriters writers) {

  /** Without signatures. */
  public PlainObjects(Storage storage) {
    this(storage, Optional.empty(), TrustedWriters.anybody());
  }

  /** The same objects in one of several copies. */
  public PlainObjects in(Storage copy) {
    return new PlainObjects(copy, signer, writers);
  }

  /** The same objects, signed by these writers. */
  public PlainObjects signedBy(TrustedWriters others) {
    return new PlainObjects(storage, signer, others);
  }

  /** Whether an object of this name is plain, and so needs a digest beside it. */
  public static boolean isPlain(String name) {
    return Decoder.plainName(name).equals(name);
  }

  /** Whether this is the name of a digest, which is no object of its own. */
  public static boolean isDigest(String name) {
    return name.endsWith(ArchiveLayout.DIGEST_SUFFIX);
  }

  /** Creates a plain object and then its digest; changes nothing if the name is taken. */
  public PutOutcome put(String name, ObjectSource source) throws IOException {
    byte[] sha256 = Sha256Companion.sha256(source);
    PutOutcome outcome = storage.put(name, source);
    if (outcome == PutOutcome.CREATED) {
      Sha256Companion.put(storage, name, sha256, signer);
    }
    return outcome;
  }

  /**
   * Adds the digest that an object may lack, because its writer died. The digest is that of the
   * stored bytes. To be called once those are known to be right.
   *
   * @throws dev.walden.ArchiveConflictException if there is one of other bytes
   */
  public void complete(String name) throws IOException {
    if (isPlain(name)) {
      MessageDigest digest = Sha256Companion.newSha256();
      try (InputStream stored = new DigestInputStream(storage.open(name), digest)) {
        stored.transferTo(OutputStream.nullOutputStream());
      }
      Sha256Companion.put(storage, name, digest.digest(), signer);
    }
  }

  /** The same of an object that is known to hold {@code content}; it is not read. */
  public void complete(String name, ObjectSource content) throws IOException {
    if (isPlain(name)) {
      Sha256Companion.put(storage, name, Sha256Companion.sha256(content), signer);
    }
  }

  /** Whether an object is there, and counts. */
  public boolean contains(String name) throws IOException {
    return storage.find(name).isPresent() && isComplete(name);
  }

  /** Whether an object that is known to be there counts. */
  public boolean isComplete(String name) throws IOException {
    return !isPlain(name) || storage.find(Sha256Companion.name(name)).isPresent();
  }

  /**
   * Opens an object's stored bytes. At the end of a plain one's the stream throws {@link
   * dev.walden.CorruptFileException} unless they are those of its digest.
   *
   * @throws NotArchivedException if there is no such object
   * @throws dev.walden.CorruptFileException if there is no sound digest; with a {@link
   *     NotArchivedException} as its cause if there is none at all
   * @throws dev.walden.UntrustedObjectException if it must be signed and is not
   */
  public InputStream open(String name) throws IOException {
    return open(name, OptionalLong.empty());
  }

  /** The same of a plain object that must have this length. */
  public InputStream open(String name, long length) throws IOException {
    return open(name, OptionalLong.of(length));
  }

  private InputStream open(String name, OptionalLong length) throws IOException {
    // in this order: an object that is being deleted is absent, and not damaged
    InputStream stored = storage.open(name);
    if (!isPlain(name)) {
      return stored;
    }
    try {
      String sha256 = HexFormat.of().formatHex(Sha256Companion.read(storage, name, writers));
      ObjectDigest digest = new ObjectDigest(ObjectDigest.Algorithm.SHA256, sha256);
      return new VerifiedInputStream(name, stored, length, digest, Sha256Companion.name(name));
    } catch (IOException | RuntimeException e) {
      try (stored) {
        throw e;
      }
    }
  }

  /** Visits the objects that count, mostly in the order of their names, and no digests. */
  public void forEach(String prefix, PagedListing.Visitor visitor) throws IOException {
    forEach(storage::list, prefix, visitor);
  }

  /** The same, of what such pages list. */
  public void forEach(PagedListing.Pages pages, String prefix, PagedListing.Visitor visitor)
      throws IOException {
    Deque<StoredObject> waiting = new ArrayDeque<>();
    PagedListing.forEach(
        pages,
        prefix,
        object -> {
          // between a plain object and its digest are only names that begin with the object's
          while (!waiting.isEmpty() && !object.name().startsWith(waiting.peek().name())) {
            waiting.pop();
          }
          if (isDigest(object.name())) {
            if (!waiting.isEmpty()
                && object.name().equals(Sha256Companion.name(waiting.peek().name()))) {
              visitor.accept(waiting.pop());
            }
          } else if (isPlain(object.name())) {
            waiting.push(object);
          } else {
            visitor.accept(object);
          }
        });
  }

  /**
   * Makes an object, and its digest, as durable as a put does.
   *
   * @throws NotArchivedException if the digest is missing
   */
  public void makeDurable(String name) throws IOException {
    storage.makeDurable(name);
    if (isPlain(name)) {
      String digest = Sha256Companion.name(name);
      if (storage.find(digest).isEmpty()) {
        throw new NotArchivedException(digest + " is not in " + storage);
      }
      storage.makeDurable(digest);
    }
  }

  /** Removes an object, and then its digest. */
  public void delete(String name) throws IOException {
    // in this order: whoever reads it meanwhile finds it gone, and not damaged
    storage.delete(name);
    if (isPlain(name)) {
      storage.delete(Sha256Companion.name(name));
    }
  }
}
