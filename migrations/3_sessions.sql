-- A browser that signed in by an API key holds a secret of its own in a cookie. Revoking the key ends its sessions.
CREATE TABLE sessions (
  hash bytea PRIMARY KEY,           -- SHA-256 of the secret
  key_id uuid NOT NULL REFERENCES api_keys (id),
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
) {{clustered}};
CREATE INDEX sessions_expired ON sessions (expires_at);
