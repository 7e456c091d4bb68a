-- Sessions that the host made up, each with why: they count for nothing.
alter table sessions add column wash jsonb;

create index sessions_washed on sessions (node_id, ended_at) where wash is not null;
