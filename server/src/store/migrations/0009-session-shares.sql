-- Links by which others come into a player's session. Kept a while after they have run out.
create table session_shares (
  code text primary key,
  session_id text not null,
  player_id text not null,
  role text not null,
  pad smallint,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index session_shares_of_session on session_shares (session_id);
create index session_shares_by_expiry on session_shares (expires_at);
