-- What players reported, with what their pages saw of the last minutes.
create table problem_reports (
  id text primary key,
  player_id text not null,
  reported_at timestamptz not null,
  report jsonb not null
);
create index problem_reports_by_player on problem_reports (player_id, reported_at);
create index problem_reports_by_time on problem_reports (reported_at);
