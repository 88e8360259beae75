// Package hub fetches published models from the Hugging Face hub, or from a
// mirror that speaks its protocol, and keeps them under a home folder:
//
//	dir, err := hub.Pull(ctx, hub.Options{Home: home, Progress: show}, "llmlingua2-mbert")
//
// A pull resolves the revision to one commit and takes every file from that
// commit. Bytes go to HOME/models/.partial first, where an interrupted pull
// finds them again; a model appears as HOME/models/NAME in one rename, after
// every digest was checked. Whoever reads HOME/models/NAME therefore sees the
// whole old model, the whole new one, or for the instant between two renames
// none, and never half of one.
//
// What a published repository lacks, a pith-model.json, is written from the
// [Catalogue], from the repository's config.json and tokenizer.json, and from
// the graph itself. It has no thresholds: nobody has calibrated these models.
//
// [PullDataset] fetches what models are measured on, files of repositories of data,
// in the same way into HOME/datasets/NAME; a source.json there says which commit
// they are of.
//
// The package runs no model, reads no environment by itself (see
// [Options.WithEnv]) and writes to no terminal: progress is plain events.
package hub
