"""Actions, in files by subject. ``app.engine.registry`` holds one line for each: name -> ``app.engine.actions.file:NAME``.

To write one: a pure function, and an ``Action`` beside it that states what it reads, gives and calls::

    def _found(step: Step, scene: Scene) -> Move:
        number = scene.outputs.get("number")
        if not number:                                     # ask; called again with the answer in scene.heard
            return Ask(("number",), "Which order is it? Please send its number.")
        call = Call("find_order", {"number": number}, system=step.settings.get("api", ""))
        order = scene.answer(call)                         # None until the backend was asked
        if order is None:
            return call                                    # the runner asks it, then calls _found again
        return Done({"order": dict(order.outputs)}, notes=(f"Order {number}: {order.outputs['status']}",))

    FOUND = Action(_found, inputs=("number",), outputs=("order",), operations=("find_order",))

- It is called again from its start after every answer: make the same ``Call`` from the same scene, never from chance or a clock.
- A failing call ends the run with a person (and undoes earlier effects), unless it says ``needed=False``: then look at
  ``answer.failure`` and go on, or return ``HandOver(Reason("code", "A line for the team."), says="A draft for them")``.
- Data of somebody else never arrive: where an operation has an ``owner``, the runner has compared it with ``scene.identity``.
- Who asks is ``scene.identity`` alone. Call for more proof with ``Prove(Level.CODE)``; nothing in a text proves anything.
- ``says`` are the customer's words, ``notes`` the team's. No customer text goes into a ``Reason``.
- An effect is a ``Call`` like a read: the gate decides whether it is run, proposed to a person, or refused. Effects that are asked for one
  after the other whatever comes of each are proposed together: name the later ones in ``then``.
- Settings are as written: ``step.settings["includeTrackingLink"]``. Outputs are plain JSON: they are saved, and facts for conditions.
- Test it as a pure call: ``ACTION.act(step, scene)`` with ``tests.engine.workflows.scenes.a_scene(...)``; no patching.
"""
