-- What may be offered for sale, with every part of the formula.

CREATE TABLE availability (
    company TEXT NOT NULL,
    location TEXT NOT NULL,
    sku TEXT NOT NULL,
    as_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source TEXT NOT NULL,
    available NUMERIC,
    offered NUMERIC,
    free NUMERIC,
    is_stale BOOLEAN NOT NULL,
    outcome TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    figure JSONB NOT NULL,
    CONSTRAINT availability_pkey PRIMARY KEY (company, location, sku)
);
COMMENT ON TABLE availability IS 'What may be offered for sale, by stock code and location, with every part of the formula; the last figure';
COMMENT ON COLUMN availability.company IS 'The Sage company';
COMMENT ON COLUMN availability.location IS 'The storefront''s location';
COMMENT ON COLUMN availability.sku IS 'Stock code';
COMMENT ON COLUMN availability.as_at IS 'Before the first of the reads that the figure rests on';
COMMENT ON COLUMN availability.source IS 'sage or count: whose books say what is on hand';
COMMENT ON COLUMN availability.available IS 'What may be offered; null where no figure can be worked out';
COMMENT ON COLUMN availability.offered IS 'What the storefront offered when it was last read; null where it does not sell it there';
COMMENT ON COLUMN availability.free IS 'Sage''s own free-stock field, for comparison; null where Sage gives none';
COMMENT ON COLUMN availability.is_stale IS 'Whether something that it rests on is too old';
COMMENT ON COLUMN availability.outcome IS 'published, agrees, unpublished, sold meanwhile, stale or unknown';
COMMENT ON COLUMN availability.published_at IS 'When the storefront was last read back with this figure; null before';
COMMENT ON COLUMN availability.figure IS 'Every part of the formula';
CREATE INDEX availability_sku_idx ON availability (sku, location);
SELECT tieout_keep_apart('availability');
