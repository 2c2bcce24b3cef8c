"""How much was really observed: the denominator of every rate."""

from __future__ import annotations

from dataclasses import dataclass

from vision.detections import HEAD, Detections, HatState, MaskState


@dataclass(frozen=True, slots=True)
class Exposure:
    """Seconds observed; ``hat_s`` and ``mask_s`` count each person whose state was clear.

    A head that is too small, blurred or turned away was not assessed, so it adds nothing.
    """

    camera_s: float = 0.0
    hat_s: float = 0.0
    mask_s: float = 0.0

    def seen(self, hats: Detections, masks: Detections, elapsed_s: float) -> Exposure:
        """One more healthy frame; the rows lie where a hat or a mask is asked for."""
        clear_hats = ((hats.class_id == HEAD) & (hats.hat != HatState.UNCLEAR)).sum()
        clear_masks = ((masks.class_id == HEAD) & (masks.mask != MaskState.UNCLEAR)).sum()
        return Exposure(
            self.camera_s + elapsed_s,
            self.hat_s + elapsed_s * int(clear_hats),
            self.mask_s + elapsed_s * int(clear_masks),
        )
