package dev.walden.importing;

import dev.walden.wal.WalFileName;
import java.util.List;

/**
 * The outcome for the files of a folder.
 *
 * @param archived how many files are new in the archive
 * @param alreadyArchived how many files the archive already held
 * @param beginnings the incomplete segments among these, each the last of its timeline: the archive
 *     holds their valid beginning, in pieces
 * @param refused WAL files that were rejected as a whole
 * @param passedOver the names of files that are not WAL files
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
   * @param file its name, including the subfolder
   */
  public record Refused(String file, String reason) {}

  public WalImportReport {
    beginnings = List.copyOf(beginnings);
    refused = List.copyOf(refused);
    passedOver = List.copyOf(passedOver);
  }
}
