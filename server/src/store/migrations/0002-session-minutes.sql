-- A scored minute of a session. It names its session without a reference: what
-- was measured is kept for its time whatever becomes of the session's own row.
create table session_minutes (
  session_id text not null,
  minute integer not null,
  -- In order of writing: the oldest go first, and are found without counting.
  ordinal bigint generated always as identity,
  began_at timestamptz not null,
  node_id text not null,
  flags jsonb not null,

  seconds double precision not null,
  mos double precision not null,
  band text not null,
  moving_seconds double precision not null,
  fps double precision,
  received_kbps double precision,
  pixels double precision,
  delay_ms double precision not null,
  frame_loss_percent double precision not null,
  freeze_ms double precision not null,
  audio_gap_ms_max double precision not null,

  round_trip_ms_p50 double precision not null,
  jitter_buffer_ms_p50 double precision,
  decode_ms_p50 double precision,
  freezes integer not null,
  packets_lost integer not null,
  click_to_photon_count integer not null,
  click_to_photon_ms_p50 double precision,
  click_to_photon_ms_p95 double precision,

  node_sent_kbps double precision not null,
  node_target_kbps double precision not null,
  node_available_kbps double precision,
  node_keyframes integer not null,
  node_capture_wait_ms_p95 double precision not null,
  node_encode_ms_p50 double precision not null,
  node_encode_ms_p95 double precision not null,
  node_send_ms_p95 double precision not null,
  node_round_trip_ms_p50 double precision,

  primary key (session_id, minute)
);

create unique index session_minutes_by_ordinal on session_minutes (ordinal);
