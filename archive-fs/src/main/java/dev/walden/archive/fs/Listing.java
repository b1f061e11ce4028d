package dev.walden.archive.fs;

import dev.walden.storage.ObjectNames;
import dev.walden.storage.StoredObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One page of a storage's objects. Reads the names in every folder on the path to {@code after},
 * and then visits one file after the other until the page is full.
 */
final class Listing {
  private final StorageRoot root;
  private final String prefix;
  private final String after;
  private final int limit;
  private final List<StoredObject> page = new ArrayList<>();

  Listing(StorageRoot root, String prefix, String after, int limit) {
    this.root = root;
    this.prefix = prefix;
    this.after = after;
    this.limit = limit;
  }

  List<StoredObject> page() throws IOException {
    String folder = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    if (folder.isEmpty()) {
      addBelow(folder);
    } else {
      String name = folder.substring(0, folder.length() - 1);
      if (ObjectNames.isLegal(name)
          && root.look(name).filter(BasicFileAttributes::isDirectory).isPresent()) {
        addBelow(folder);
      }
    }
    return page;
  }

  /**
   * Adds the objects of a folder, which is the empty text or ends with a slash. To sort by whole
   * names, a folder sorts as its name with a slash: after {@code b.x}, before {@code b0}.
   */
  private void addBelow(String folder) throws IOException {
    PriorityQueue<String> names = names(folder);
    while (page.size() < limit && !names.isEmpty()) {
      String name = names.remove();
      if (name.endsWith("/")) {
        addBelow(name);
        continue;
      }
      BasicFileAttributes attributes;
      try {
        attributes = StorageRoot.attributes(root.resolve(name));
      } catch (NoSuchFileException deletedMeanwhile) {
        continue;
      }
      root.refuseLinks(name, attributes);
      if (attributes.isDirectory()) {
        names.add(name + '/');
      } else if (name.startsWith(prefix) && name.compareTo(after) > 0) {
        page.add(new StoredObject(name, attributes.size()));
      }
    }
  }

  /** The names in a folder that are, or may begin, names to list. */
  private PriorityQueue<String> names(String folder) throws IOException {
    PriorityQueue<String> names = new PriorityQueue<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      String wanted = prefix.length() > folder.length() ? prefix.substring(folder.length()) : "";
      for (Path entry : entries) {
        String file = entry.getFileName().toString();
        if (file.startsWith(wanted) || wanted.startsWith(file)) {
          addIfListed(folder + file, names);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException replacedMeanwhile) {
      names.clear();
    }
    return names;
  }

  private void addIfListed(String name, PriorityQueue<String> names) {
    if ((name.startsWith(prefix) || prefix.startsWith(name + '/'))
        && (name.compareTo(after) > 0 || after.startsWith(name))
        && ObjectNames.isLegal(name)) {
      names.add(name);
    }
  }
}
