-- read_terms --
select known.suppression_id::text, known.kind, known.name, known.phone, known.email, known.address, known.zip
  from private.suppression_terms() as known;
