package dev.walden.recovery.plan;

import dev.walden.backup.BackupId;
import dev.walden.recovery.RecoveryTarget;
import dev.walden.recovery.RecoveryTargetAction;
import dev.walden.recovery.RecoveryTargetTimeline;
import java.util.Optional;

/** What a caller of the planner wants. */
record RecoveryRequest(
    RecoveryTarget target,
    RecoveryTargetTimeline timeline,
    Optional<BackupId> backup,
    RecoveryTargetAction action) {}
