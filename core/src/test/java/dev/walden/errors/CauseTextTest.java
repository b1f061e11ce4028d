package dev.walden.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class CauseTextTest {
  @Test
  void namesEachCauseOnce() {
    Throwable root = new ConnectException("Connection refused");
    assertEquals("Connection refused", CauseText.of(root));
    assertEquals("no answer: Connection refused", CauseText.of(new IOException("no answer", root)));
    assertEquals(
        "no answer: Connection refused",
        CauseText.of(new IOException("no answer: Connection refused", root)));
    assertEquals(
        "java.net.ConnectException: Connection refused", CauseText.of(new IOException(root)));
  }

  @Test
  void namesTheKindOfOneWithoutAMessage() {
    assertEquals("SocketTimeoutException", CauseText.of(new SocketTimeoutException()));
    assertEquals(
        "too slow: SocketTimeoutException",
        CauseText.of(new IOException("too slow", new SocketTimeoutException())));
  }
}
