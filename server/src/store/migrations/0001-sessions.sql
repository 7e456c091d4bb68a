create table settings (
  key text primary key,
  value text not null
);

create table players (
  id text primary key,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null
);

create table sessions (
  id text primary key,
  player_id text not null references players (id),
  title_id text not null,
  device jsonb not null,
  state text not null,
  node_id text,
  requested_at timestamptz not null,
  played_since timestamptz,
  ended_at timestamptz,
  end_reason text,
  end_detail text,
  check ((ended_at is null) = (end_reason is null))
);

create index sessions_open on sessions (requested_at) where ended_at is null;
create index sessions_of_player on sessions (player_id, requested_at);

create table session_turns (
  session_id text not null references sessions (id),
  ordinal integer not null,
  at timestamptz not null,
  event text not null,
  state text not null,
  primary key (session_id, ordinal)
);
