-- Whose doing a minute was: what both ends told that it is judged by, and what came of it.
alter table session_minutes add column reports jsonb;
alter table session_minutes add column judged jsonb;

create index session_minutes_unjudged on session_minutes (began_at) where judged is null and reports is not null;
create index session_minutes_by_time on session_minutes (began_at) where reports is not null;
create index session_minutes_by_node on session_minutes (node_id, began_at) where judged is not null;
