-- A session that was a checker's play: marked when it is over, so that nothing which counts
-- sessions counts it. And how much of a session each end told of, against what was metered.
alter table sessions
  add column is_check boolean not null default false,
  add column node_told_ms bigint,
  add column player_told_ms bigint;

create index sessions_of_node on sessions (node_id, ended_at) where ended_at is not null and not is_check;
