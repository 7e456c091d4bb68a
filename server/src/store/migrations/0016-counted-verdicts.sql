-- Verdicts that count in scores: knocks that were answered, nine of ten of them all, do not.
create index checking_verdicts_counted on checking_verdicts (node_id, at)
where outcome <> 'undecided' and (checked <> 'liveness' or outcome = 'faulty');
