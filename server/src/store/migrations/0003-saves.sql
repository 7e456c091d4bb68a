-- What is known of players' saves; the saves themselves lie, locked, in the object storage.
create table saves (
  id text primary key,
  player_id text not null,
  title_id text not null,
  session_id text not null,
  epoch bigint not null,
  -- The save that its session began from, or made before it; it may be forgotten by now.
  parent_id text,
  -- head: the next session begins from it. past: an older one. branch: waits for the player's choice.
  place text not null check (place in ('head', 'past', 'branch')),
  occasion text not null,
  settled boolean not null,
  archive_bytes bigint not null,
  archive_digest text not null,
  content_bytes bigint not null,
  entries integer not null,
  taken_at timestamptz not null,
  saved_at timestamptz not null
);

create index saves_of_player on saves (player_id, title_id);
create unique index saves_one_head on saves (player_id, title_id) where place = 'head';

-- Parts in the object storage that no row of `saves` speaks of: of a save that is being brought, until
-- it is committed or long overdue, and of one that was forgotten, until its parts are gone.
create table save_leavings (
  save_id text primary key,
  player_id text not null,
  title_id text not null,
  session_id text not null,
  due_at timestamptz not null,
  claimed boolean not null default false
);

create index save_leavings_due on save_leavings (due_at);

-- The newest epoch that each session's nodes were heard under, and when.
create table save_sessions (
  session_id text primary key,
  epoch bigint not null,
  heard_at timestamptz not null
);

create index save_sessions_heard on save_sessions (heard_at);
