package dev.walden.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jagged, an age library written by others, reads what we write and the other way round. */
class JaggedTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 131073, 3_000_000})
  void bothReadEachOther(int length) throws Exception {
    byte[] plain = Samples.bytes(length);
    assertArrayEquals(plain, Samples.decode("x.age", encrypt(plain)));
    Encryption both =
        Encryption.toRecipients(List.of(Samples.OTHER.recipient(), Samples.IDENTITY.recipient()));
    assertArrayEquals(plain, decrypt(Samples.encode(new Codec(Compression.NONE, both), plain)));
  }

  private static byte[] encrypt(byte[] plain) throws Exception {
    RecipientStanzaWriter writer =
        X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(
            Samples.IDENTITY.recipient().toString());
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (WritableByteChannel channel =
        new StandardEncryptingChannelFactory()
            .newEncryptingChannel(Channels.newChannel(stored), List.of(writer))) {
      channel.write(ByteBuffer.wrap(plain));
    }
    return stored.toByteArray();
  }

  private static byte[] decrypt(byte[] stored) throws Exception {
    RecipientStanzaReader reader =
        X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(Samples.IDENTITY.secretKey());
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (ReadableByteChannel channel =
        new StandardDecryptingChannelFactory()
            .newDecryptingChannel(
                Channels.newChannel(new ByteArrayInputStream(stored)), List.of(reader))) {
      ByteBuffer buffer = ByteBuffer.allocate(100_000);
      while (channel.read(buffer) >= 0) {
        plain.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    }
    return plain.toByteArray();
  }
}
