"""What ails a GAN: a callback that gathers the evidence, and rules that name the symptom.

    watch = sg.doctor.Watch()
    gan.fit(images, steps=1_000, callbacks=[watch])
    print(sg.doctor.diagnose(watch))

`Doctor` is a `Watch` that warns while the GAN trains. `diagnose` also reads less: a history, or a folder of
`python -m seminar_gan train`; what it cannot tell from that, it says. How often it is right has not been measured yet.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
