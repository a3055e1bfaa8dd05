package cdi_spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.SaslException;

/** Compares a client's user and password with hashes as passwords.py writes them; with no users, admits everybody. */
public final class Login implements CallbackHandler {
  private final Map users;

  public Login(Map users) {
    this.users = users;
  }

  public void handle(Callback[] callbacks) throws IOException {
    String user = null;
    String password = null;
    AuthorizeCallback asked = null;
    for (int i = 0; i < callbacks.length; i++) {
      if (callbacks[i] instanceof NameCallback) {
        user = text(((NameCallback) callbacks[i]).getName().toCharArray());
      } else if (callbacks[i] instanceof PasswordCallback) {
        password = text(((PasswordCallback) callbacks[i]).getPassword());
      } else if (callbacks[i] instanceof AuthorizeCallback) {
        asked = (AuthorizeCallback) callbacks[i];
      }
    }
    if (asked == null || !users.isEmpty() && !knows(user, password)) {
      throw new SaslException("wrong user or password");
    }
    asked.setAuthorized(true);
  }

  /** One at a time: logging in must not take the machine from queries. */
  private synchronized boolean knows(String user, String password) throws IOException {
    String hash = (String) users.get(user);
    // An unknown user takes as long as a wrong password.
    String[] parts = (hash == null ? (String) users.values().iterator().next() : hash).split("[$]");
    byte[] salt = Base64.getDecoder().decode(parts[2]);
    byte[] expected = Base64.getDecoder().decode(parts[3]);
    try {
      PBEKeySpec asked =
          new PBEKeySpec(password.toCharArray(), salt, Integer.parseInt(parts[1]), expected.length * 8);
      byte[] given = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(asked).getEncoded();
      return MessageDigest.isEqual(given, expected) && hash != null;
    } catch (GeneralSecurityException fault) {
      throw new SaslException("the password cannot be checked", fault);
    }
  }

  /** Hive makes a character of each byte. */
  private static String text(char[] characters) {
    byte[] bytes = new byte[characters.length];
    for (int i = 0; i < characters.length; i++) {
      bytes[i] = (byte) characters[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
