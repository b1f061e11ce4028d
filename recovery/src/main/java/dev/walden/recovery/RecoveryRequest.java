package dev.walden.recovery;

import dev.walden.backup.BackupId;
import java.util.Optional;

/** What a caller of the planner wants. */
record RecoveryRequest(
    RecoveryTarget target,
    TargetTimeline timeline,
    Optional<BackupId> backup,
    TargetAction action) {}
