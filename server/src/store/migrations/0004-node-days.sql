-- How a node did on one day (UTC): what its record is summed up from. Days are added to by
-- whichever server a node hangs on, so nothing here is ever set, only added.
create table node_days (
  node_id text not null,
  day date not null,
  -- That day, for the first time.
  first_heard_at timestamptz not null,
  linked_ms bigint not null,
  sessions_ended integer not null,
  sessions_failed_by_host integer not null,
  primary key (node_id, day)
);

create index node_days_by_day on node_days (day);
