package dev.walden.importing;

import dev.walden.wal.WalFileName;
import java.util.List;

/**
 * What became of the files of a folder.
 *
 * @param archived files that are new in the archive
 * @param alreadyArchived files that the archive held before
 * @param beginnings of these, segments that are incomplete and the last of their timeline: the
 *     archive holds what is valid of them, in pieces
 * @param refused WAL files that are not what they should be; the archive has nothing of them
 * @param passedOver names of files that are no WAL files
 */
public record WalImportReport(
    long archived,
    long alreadyArchived,
    List<WalFileName> beginnings,
    List<Refused> refused,
    List<String> passedOver) {

  /**
   * A file that was not imported.
   *
   * @param file its name, with the folder's subfolder
   */
  public record Refused(String file, String reason) {}

  public WalImportReport {
    beginnings = List.copyOf(beginnings);
    refused = List.copyOf(refused);
    passedOver = List.copyOf(passedOver);
  }
}
