-- What checkers saw of a node while they played: held against minutes of players at that time.
create table checking_plays (
  epoch bigint not null,
  task_id text not null,
  checker_id text not null,
  node_id text not null,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  fps_share double precision not null,
  loss_share double precision not null,
  primary key (epoch, task_id, checker_id)
);

create index checking_plays_by_node on checking_plays (node_id, began_at);
create index checking_plays_by_time on checking_plays (ended_at);
