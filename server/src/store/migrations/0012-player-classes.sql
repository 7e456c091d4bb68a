-- Which class in line the operator has given to whom.
create table player_classes (
  player_id text primary key,
  class text not null,
  until timestamptz not null
);
