-- A session's lease, so that whoever owns the session next speaks to its node under the same epoch;
-- what was metered on nodes that it has left; and how many owners it has had, of whom only the last may write.
alter table sessions
  add column slot integer,
  add column epoch bigint,
  add column metered_ms bigint not null default 0,
  add column running_since timestamptz,
  add column term integer not null default 1;
