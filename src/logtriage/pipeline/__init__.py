"""The stages composed; begin with `logtriage.pipeline.flow`."""
