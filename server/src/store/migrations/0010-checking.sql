-- Checking: what is written while an epoch runs, what is published of it, and how nodes
-- and reporters stand since.

-- The events of epochs that are not closed, in batches. Of two servers that both take
-- themselves for the referee one finds its place taken.
create table checking_journal (
  epoch bigint not null,
  ordinal integer not null,
  events jsonb not null,
  primary key (epoch, ordinal)
);

-- As it was signed, letter by letter.
create table checking_epochs (
  epoch bigint primary key,
  ended_at timestamptz not null,
  digest text not null,
  document text not null
);

create table checking_verdicts (
  epoch bigint not null,
  task_id text not null,
  node_id text not null,
  at timestamptz not null,
  kind text not null,
  checked text not null,
  outcome text not null,
  faults jsonb not null,
  reports integer not null,
  -- An appeal has undone it.
  overturned boolean not null default false,
  primary key (epoch, task_id)
);

create index checking_verdicts_by_node on checking_verdicts (node_id, at);
create index checking_verdicts_by_time on checking_verdicts (at);

create table checking_nodes (
  node_id text primary key,
  standing jsonb not null
);

create table checking_reporters (
  reporter_id text primary key,
  reporter jsonb not null
);
