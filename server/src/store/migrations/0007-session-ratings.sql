-- What players thought of their sessions. The last word of a player stands.
create table session_ratings (
  session_id text primary key,
  rated_at timestamptz not null,
  overall smallint not null,
  picture smallint,
  sound smallint,
  control smallint
);
