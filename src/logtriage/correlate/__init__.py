"""From issues to root causes: timelines, links, ranking, words."""
