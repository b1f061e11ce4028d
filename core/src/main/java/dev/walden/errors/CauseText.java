package dev.walden.errors;

/** A failure and its causes as one text. */
public final class CauseText {
  private CauseText() {}

  /** The messages from the failure to its root cause, without repetitions. */
  public static String of(Throwable failure) {
    StringBuilder text = new StringBuilder();
    String last = "";
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      if (!last.contains(reason)) {
        text.append(text.isEmpty() ? "" : ": ").append(reason);
        last = reason;
      }
    }
    return text.toString();
  }
}
